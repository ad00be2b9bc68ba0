"""Where somebody is found in Nepal: provinces and districts, Plus Codes, and the addresses that a customer keeps."""
