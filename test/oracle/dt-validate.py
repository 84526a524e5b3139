# What Debian's dt-validate says of blobs, a line of JSON for each error: dt-validate.py PROCESSED BLOB
# It runs dt-validate itself; only the printing of an error is replaced.

import json
import runpy
import sys

import dtschema

processed, blob = sys.argv[1:]


def contexts(error):
    return [{"kind": each.validator, "context": contexts(each)} for each in error.context or []]


def print_error(filename, error, prefix="", nodename=None, verbose=False):
    checked = sys._getframe(1).f_locals
    print(json.dumps({
        "node": checked["fullname"],
        "schema": checked["schema"]["$id"],
        "path": [each for each in error.absolute_path],
        "kind": error.validator,
        "at": [str(each) for each in error.absolute_schema_path],
        "says": error.message[-400:],
        "context": contexts(error),
    }))
    return ""


dtschema.format_error = print_error
sys.argv = ["dt-validate", "-s", processed, blob]
# It writes to the standard error stream what print_error has returned.
sys.stderr = open("/dev/null", "w")
runpy.run_path("/usr/bin/dt-validate", run_name="__main__")
