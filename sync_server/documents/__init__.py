"""Official documents: one neutral description (`model`), written as PDF, as DOCX or as a page to print; `forms` says what each document contains."""
