"""u2cl's saliency measures beside other packages'."""
