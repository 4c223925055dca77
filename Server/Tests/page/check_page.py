#!/usr/bin/env python3
"""Checks the page of u2cl-serve in Chromium. README.md says how to run it."""

import argparse
import pathlib
import sys
import time
import traceback

from playwright.sync_api import sync_playwright

import checks_of_access
import checks_of_pictures
import checks_of_queue
import looks
from server import Server

FLAGS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", help="the binary u2cl-serve")
    parser.add_argument("--url", help="a server that runs already")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--only", default="", help="part of the names of the checks to run")
    parser.add_argument("--screenshots", type=pathlib.Path, help="a folder for screenshots")
    parser.add_argument("--docs", action="store_true", help="make the pictures of the documentation")
    parser.add_argument("--memory", action="store_true", help="also send 50 pictures of 12 megapixels")
    options = parser.parse_args()
    if not options.server and not options.url:
        parser.error("--server or --url is needed")
    server = Server(options.server, options.url)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
            sys.exit(run(browser, server, options))
    finally:
        server.stop()


def run(browser, server, options):
    """Runs the checks that were asked for; returns how many have failed."""
    modules = [checks_of_pictures, checks_of_queue, checks_of_access]
    checks = [check for module in modules for name, check in vars(module).items() if name.startswith("check_")]
    if options.memory:
        checks.append(looks.memory)
    failures = 0
    for check in checks:
        if options.only not in check.__name__:
            continue
        start = time.monotonic()
        try:
            note = check(browser, server)
            print(f"ok    {check.__name__} ({time.monotonic() - start:.1f} s){f': {note}' if note else ''}", flush=True)
        except Exception:
            failures += 1
            print(f"FAIL  {check.__name__}\n{traceback.format_exc()}", flush=True)
    if options.screenshots:
        looks.screenshots(browser, server, options.screenshots)
    if options.docs:
        looks.documentation(browser, server)
    print(f"{failures} failed" if failures else "all passed")
    return failures


if __name__ == "__main__":
    main()
