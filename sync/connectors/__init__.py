"""Files and commerce platforms -> central records. A connector yields `ImportedRecord` and `Refusal` in one stream."""
