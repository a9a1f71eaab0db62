"""The file formats of a site as pydantic models; the JSON Schemas beside the files are made from these."""
