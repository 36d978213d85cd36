"""The commands of `ddor`, a function each, with its options above it: the function's name is the
command's, and the first line of its docstring its help."""
