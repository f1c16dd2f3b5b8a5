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
document = json.loads((docs / "openapi.json").read_text("utf-8"))
for operation in (one for path in document["paths"].values() for one in path.values()):
    name = operation["operationId"][0].upper() + operation["operationId"][1:]
    content = [(f"{name}Request", operation.get("requestBody"))]
    content.append((f"{name}Answer", operation["responses"].get("200")))
    for model, part in content:
        if part is not None:
            getattr(api, model).model_validate(part["content"]["application/json"]["example"])
            count += 1
for file in sorted((docs / "events").glob("*.json")):
    schema = json.loads(file.read_text("utf-8"))
    for example in schema["examples"]:
        getattr(importlib.import_module(file.stem), schema["title"]).model_validate(example)
        count += 1
print(f"models of Python: {count} examples read")
