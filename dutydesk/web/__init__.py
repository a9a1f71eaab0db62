"""The console in a browser and the hooks of the providers. It must not decide anything: it shows and it asks."""
