"""Parts of the page: each file collects the numbers of one part (``collect``) and draws its pictures (``draw``)."""
