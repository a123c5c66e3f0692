char buffer[100]; char *f(void) { return buffer; }
