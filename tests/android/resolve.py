"""Asks python-for-android which recipes a list of requirements needs, and which it leaves to pip. Run with its package on the path; prints JSON."""

from __future__ import annotations

import json
import logging
import sys
import tempfile

logging.disable(logging.CRITICAL)

from pythonforandroid.archs import ArchAarch_64  # type: ignore[import-not-found]  # noqa: E402
from pythonforandroid.bootstrap import Bootstrap  # type: ignore[import-not-found]  # noqa: E402
from pythonforandroid.build import Context  # type: ignore[import-not-found]  # noqa: E402
from pythonforandroid.graph import get_recipe_order_and_bootstrap  # type: ignore[import-not-found]  # noqa: E402
from pythonforandroid.recipe import Recipe  # type: ignore[import-not-found]  # noqa: E402

context = Context()
context.archs = (ArchAarch_64(context),)
context.setup_dirs(tempfile.mkdtemp())
context.ndk_api = 29
order, by_pip, bootstrap = get_recipe_order_and_bootstrap(context, sys.argv[1:], Bootstrap.get_bootstrap("sdl2", context))
print(json.dumps({"recipes": {name: Recipe.get_recipe(name, context).version for name in order}, "pip": sorted(by_pip), "bootstrap": bootstrap.name}))
