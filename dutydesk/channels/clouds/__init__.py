"""What the big clouds share: approved templates instead of texts, their libraries in threads, pushes without a
signature, reports asked for that were never pushed.
"""
