"""Lesson 04's own."""
