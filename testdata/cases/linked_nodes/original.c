struct node { const struct node *next; int value; };
extern const struct node a, b, c;
const struct node a = {&b, 1}, b = {&c, 2}, c = {&a, 3};
const struct node *const f_list = &(const struct node){&(const struct node){&(const struct node){0, 3}, 2}, 1};
const struct node *const g_list = &(const struct node){&(const struct node){&(const struct node){0, 4}, 2}, 1};
