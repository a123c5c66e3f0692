char buffer[200]; char *f(void) { return buffer; }
