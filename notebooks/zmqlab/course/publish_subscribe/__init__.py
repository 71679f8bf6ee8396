"""Lesson 02's own."""
