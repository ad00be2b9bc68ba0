"""The Chromium of this machine, as tests and measurements start it."""

import shutil

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""None where there is none."""
# As root Chromium has no sandbox; without a graphics card it draws in software, which it wants to be asked for.
FLAGS = ["--no-sandbox", "--enable-unsafe-swiftshader"]
WITHOUT_WEBGL = ["--no-sandbox", "--disable-3d-apis", "--disable-gpu"]
"""As on machines whose graphics card a browser does not trust; nothing is drawn in software then, which is dear."""
