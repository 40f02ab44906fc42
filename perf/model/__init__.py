"""Values that cross a package border: frozen data, imported by all, importing none of ours."""
