"""The pure order domain: money, quantities, faults; no I/O, no clock."""
