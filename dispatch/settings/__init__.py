"""Every setting, read once from the environment and frozen.

Names are ``DISPATCH_…`` except those that the payment contract names itself (``KHALTI_…``, ``SITE_URL``,
``DEBUG``). ``docs/settings.md`` is made from these classes, a section a module.
"""

from dispatch.settings.checks import MIN_KEY_LENGTH
from dispatch.settings.loading import SettingsError, load_settings, variable_name
from dispatch.settings.settings import Settings

__all__ = ["MIN_KEY_LENGTH", "Settings", "SettingsError", "load_settings", "variable_name"]
