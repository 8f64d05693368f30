"""Customers on screen: the list, one customer, its form, its tree, and what is done to many."""

from .list import CustomersScreen

__all__ = ["CustomersScreen"]
