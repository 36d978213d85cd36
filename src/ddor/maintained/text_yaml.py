"""YAML read as text: YAML itself turns 01001 into 513, and 2017-01 into a date."""

import yaml


class TextLoader(yaml.BaseLoader):
    """Leaves every scalar the text that was written, and remembers the keys that stand twice."""

    def __init__(self, stream):
        super().__init__(stream)
        self.twice: list[str] = []

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        self.twice += sorted({key for key in keys if keys.count(key) > 1})
        return super().construct_mapping(node, deep)
