"""Zips what the patterns find, below the folder that they have in common, as upload-artifact does."""

import glob
import os
import sys
import zipfile
from pathlib import Path


def _fixed(pattern: str) -> Path:
    """The part of a pattern before its first wildcard; a file's folder where it has none."""
    parts = Path(pattern).parts
    wild = next((index for index, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    return Path.cwd().joinpath(*parts[:wild])


def main() -> None:
    """Write the zip; none is written where nothing is found."""
    patterns = os.environ["PATTERNS"].split()
    hidden = os.environ["HIDDEN"] == "true"
    found = sorted({path for each in patterns for path in Path().glob(each) if path.is_file()})
    files = [path for path in found if hidden or not any(part.startswith(".") for part in path.parts)]
    if not files:
        sys.stdout.write("::warning::No files were found with the provided path\n")
        return
    top = os.path.commonpath([_fixed(each) for each in patterns])
    with zipfile.ZipFile(Path(os.environ["STUB_ARTIFACTS"]) / f"{os.environ['NAME']}.zip", "w") as archive:
        for path in files:
            archive.write(path, path.absolute().relative_to(top).as_posix())


main()
