"""Reads a Parquet file with the named library and prints {rows, types, rowGroups} as JSON."""

import json
import sys


def with_pyarrow(path):
    import pyarrow.parquet as parquet

    table = parquet.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    groups = parquet.ParquetFile(path).metadata.num_row_groups
    return {"rows": table.to_pylist(), "types": types, "rowGroups": groups}


def with_duckdb(path):
    import duckdb

    cursor = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [path])
    names = [column[0] for column in cursor.description]
    types = {column[0]: str(column[1]) for column in cursor.description}
    return {"rows": [dict(zip(names, row)) for row in cursor.fetchall()], "types": types}


def with_datasets(path):
    from datasets import Dataset

    read = Dataset.from_parquet(path, keep_in_memory=True)
    return {"rows": list(read), "types": {name: str(kind) for name, kind in read.features.items()}}


READERS = {"pyarrow": with_pyarrow, "duckdb": with_duckdb, "datasets": with_datasets}

reader, path = sys.argv[1:]
json.dump(READERS[reader](path), sys.stdout, ensure_ascii=False)
