enum U2NetPlaceholder {}
