"""Lesson packs: what a lesson is (model), how it is read (parse, catalog) and checked (check)."""
