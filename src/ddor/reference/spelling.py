"""When two spellings are the same name: the key that the look-ups compare by."""

import re
import unicodedata


def name_key(text: str) -> str:
    """ "ST.  PAUL" -> "saint paul", "Côte d'Ivoire" -> "cote divoire".

    Case, accents, punctuation and spaces do not count, an apostrophe joins, "St" is "Saint" and "&"
    is "and". Nothing else is forgiven: a misspelt name has another key.
    """
    text = re.sub("['’]", "", text.replace("&", " and ").casefold())
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("saint" if word == "st" else word for word in re.findall("[a-z0-9]+", plain))
