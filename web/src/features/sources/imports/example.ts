/** Order lines of a shop, with one row that cannot be used; and the mapping that reads them. */
export const EXAMPLE_MAPPING = `name = "orders"
timezone = "Asia/Shanghai"

[[identify]]
group_by = ["customer"]
user_id = "{customer}"
timestamp = { column = "paid_at" }
traits = { phone = "{phone}" }

[[track]]
event = "Order Completed"
user_id = "{customer}"
message_id = "order:{order}"
timestamp = { column = "paid_at" }

[track.properties]
order_id = "{order}"
total = { column = "amount", type = "number" }
`;

export const EXAMPLE_ROWS = `order,customer,phone,amount,paid_at
A-1,c-1,13812345678,99.5,2026-11-01 10:00:00
A-2,c-2,13912345678,oops,2026-11-02 11:30:00
A-3,c-1,13812345678,12,2026-11-03 09:15:00
`;
