"""Paper: lists of people to call by hand, as PDF and as a workbook."""
