"""Opens a folder of questions and answers with the named library and prints {splits: {name: {rows, types, first}}} as JSON."""

import glob
import json
import os
import re
import sys


def with_datasets(folder):
    from datasets import load_dataset

    opened = load_dataset(folder)
    return {
        name: {
            "rows": len(split),
            "types": {column: str(kind) for column, kind in split.features.items()},
            "first": split[0],
        }
        for name, split in opened.items()
    }


def with_pyarrow(folder):
    import pyarrow.parquet as parquet

    splits = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.parquet"))):
        table = parquet.read_table(path)
        splits[re.match(r"(.+)-\d+\.parquet", os.path.basename(path))[1]] = {
            "rows": table.num_rows,
            "types": {field.name: str(field.type) for field in table.schema},
            "first": table.slice(0, 1).to_pylist()[0],
        }
    return splits


def with_duckdb(folder):
    import duckdb

    splits = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.parquet"))):
        cursor = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [path])
        names = [column[0] for column in cursor.description]
        types = {column[0]: str(column[1]) for column in cursor.description}
        rows = cursor.fetchall()
        splits[re.match(r"(.+)-\d+\.parquet", os.path.basename(path))[1]] = {
            "rows": len(rows),
            "types": types,
            "first": dict(zip(names, rows[0])),
        }
    return splits


READERS = {"datasets": with_datasets, "pyarrow": with_pyarrow, "duckdb": with_duckdb}

reader, folder = sys.argv[1:]
json.dump(READERS[reader](folder), sys.stdout, ensure_ascii=False)
