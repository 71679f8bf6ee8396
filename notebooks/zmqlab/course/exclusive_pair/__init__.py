"""Lesson 05's own."""
