"""What is told of a model: tables of results and groups, a model card, a checklist."""
