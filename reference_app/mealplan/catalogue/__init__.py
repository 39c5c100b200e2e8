"""What the app knows of food: USDA's foods, the dishes made of them, and their allergens."""
