enum OpenCLPlaceholder {}
