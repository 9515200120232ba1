"""Apps shipped with Orderloom; each is found through an entry point, like any third party's."""
