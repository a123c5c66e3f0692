static const int products[4] = { 1, 2, 3, 5 };
extern __typeof__(products) __mod_usb__products_device_table __attribute__((unused, alias("products")));
int product(int i) { return products[i & 3]; }
