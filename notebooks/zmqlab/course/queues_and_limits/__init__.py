"""Lesson 06's own."""
