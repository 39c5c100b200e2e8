"""A week of meals under energy, nutrient, variety, diet and allergen constraints."""
