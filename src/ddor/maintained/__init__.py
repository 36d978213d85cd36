"""All that analysts maintain in `params/`, read and validated: parameters, the directory of agencies,
records of disputes and corrections, cases, and the written pages. What is published is not here."""
