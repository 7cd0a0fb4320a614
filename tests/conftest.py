"""What holds for all tests: Hypothesis counts no seconds, since a busy machine is no failure."""

from hypothesis import settings

settings.register_profile("course", deadline=None)
settings.load_profile("course")
