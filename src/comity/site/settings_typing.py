"""Settings for the type checker: the same as a node's, whatever the machine's environment says."""

from comity.site.settings_test import *  # noqa: F403
