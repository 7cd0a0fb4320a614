"""The package behind the course: data, networks, evaluation and reruns of its notebooks.

Importing it is cheap and brings in nothing: notebooks import what they use from its parts,
beginning with `helpers.start`.
"""

__version__ = "0.1.0"
