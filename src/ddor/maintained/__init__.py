"""All that analysts maintain in `params/`, read and validated: parameters, the directory of
agencies, records of disputes and corrections, cases, the written pages. What is published is not
here."""
