"""Lesson 00's own."""
