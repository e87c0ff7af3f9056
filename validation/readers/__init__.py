"""Physician-AI studies: who reads which case when, with or without the model, and what came of it.

A plan is made once from visits and a seed; readers answer in a page that needs no network; the
answers are judged against the plan's key, which readers never see.
"""
