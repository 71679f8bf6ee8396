"""Lesson 01's own."""
