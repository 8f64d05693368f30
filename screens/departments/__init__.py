"""Departments on screen: their tree, one beside it, its form, and what may be done with it."""

from .tree import DepartmentsScreen

__all__ = ["DepartmentsScreen"]
