"""Tables of people: CSV and XLSX files, read a row at a time and written so that nothing in them is carried out."""
