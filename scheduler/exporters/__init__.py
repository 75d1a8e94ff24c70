"""nbconvert exporters: an executed notebook as an offline HTML page or a tagged PDF."""
