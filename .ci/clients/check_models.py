"""Imports every generated module and reads the documents' own examples with its models."""
import importlib
import json
import pathlib
import sys

docs, generated = map(pathlib.Path, sys.argv[1:])
sys.path.insert(0, str(generated))

# pydantic compiles the patterns when the class is made, so the import is the first half of the check.
api = importlib.import_module("openapi")
count = 0
for path in json.loads((docs / "openapi.json").read_text("utf-8"))["paths"].values():
    operation = path["post"]
    name = operation["operationId"][0].upper() + operation["operationId"][1:]
    body = operation["requestBody"]["content"]["application/json"]["example"]
    answer = operation["responses"]["200"]["content"]["application/json"]["example"]
    getattr(api, f"{name}Request").model_validate(body)
    getattr(api, f"{name}Response").model_validate(answer)
    count += 2
for file in sorted((docs / "events").glob("*.json")):
    schema = json.loads(file.read_text("utf-8"))
    for example in schema["examples"]:
        getattr(importlib.import_module(file.stem), schema["title"]).model_validate(example)
        count += 1
print(f"models of Python: {count} examples read")
