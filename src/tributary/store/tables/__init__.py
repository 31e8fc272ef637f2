"""Every table of the records store, one module per domain. Importing this package registers them all."""
