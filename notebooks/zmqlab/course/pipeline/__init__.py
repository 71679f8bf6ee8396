"""Lesson 03's own."""
